#include "workers/native/threads.h"

#include <pthread.h>
#include <stdlib.h>

struct thread {
    struct threads *crew;
    pthread_t handle;
    size_t id;
};

/* The barrier is a mutex and two conditions rather than a pthread_barrier_t: that one cannot be
 * left again when the last of its threads could not be created. */
struct threads {
    struct work *work;
    size_t created;
    pthread_mutex_t mutex;
    pthread_cond_t opened, finished;
    /* Under the mutex: */
    size_t round, busy;
    bool leave;
    struct thread members[];
};

struct threads *threads_new(struct work *work, struct status *st)
{
    struct threads *crew = calloc(1, sizeof *crew + work->jobs * sizeof *crew->members);
    if (crew == NULL) {
        status_fail(st, STATUS_MEMORY, "no memory for %zu threads", work->jobs);
        return NULL;
    }
    crew->work = work;
    /* With default attributes these take no memory and do not fail on Linux. */
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->opened, NULL);
    pthread_cond_init(&crew->finished, NULL);
    for (size_t i = 0; i < work->jobs; i++)
        crew->members[i] = (struct thread){.crew = crew, .id = i};
    return crew;
}

static bool create_all(struct threads *crew, void *(*body)(void *), struct status *st)
{
    for (crew->created = 0; crew->created < crew->work->jobs; crew->created++) {
        struct thread *member = &crew->members[crew->created];
        int failure = pthread_create(&member->handle, NULL, body, member);
        if (failure != 0)
            return status_fail_errno(st, failure, "create thread %zu of %zu", crew->created + 1,
                                     crew->work->jobs);
    }
    return true;
}

static void join_all(struct threads *crew)
{
    for (; crew->created > 0; crew->created--)
        pthread_join(crew->members[crew->created - 1].handle, NULL);
}

static void *work_once(void *argument)
{
    const struct thread *member = argument;
    work_share(member->crew->work, member->id, CLOCK_THREAD_CPUTIME_ID);
    return NULL;
}

bool threads_run_cold(struct threads *crew, struct status *st)
{
    bool started = create_all(crew, work_once, st);
    if (!started)
        work_stop(crew->work);
    join_all(crew);
    return started;
}

static void *work_each_round(void *argument)
{
    const struct thread *member = argument;
    struct threads *crew = member->crew;
    size_t seen = 0;
    pthread_mutex_lock(&crew->mutex);
    for (;;) {
        while (crew->round == seen && !crew->leave)
            pthread_cond_wait(&crew->opened, &crew->mutex);
        if (crew->leave)
            break;
        seen = crew->round;
        pthread_mutex_unlock(&crew->mutex);
        work_share(crew->work, member->id, CLOCK_THREAD_CPUTIME_ID);
        pthread_mutex_lock(&crew->mutex);
        if (--crew->busy == 0)
            pthread_cond_signal(&crew->finished);
    }
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

static void leave_all(struct threads *crew)
{
    pthread_mutex_lock(&crew->mutex);
    crew->leave = true;
    pthread_cond_broadcast(&crew->opened);
    pthread_mutex_unlock(&crew->mutex);
    join_all(crew);
}

bool threads_start(struct threads *crew, struct status *st)
{
    if (!create_all(crew, work_each_round, st)) {
        leave_all(crew);
        return false;
    }
    work_stop(crew->work);
    threads_run_warm(crew);
    return true;
}

void threads_run_warm(struct threads *crew)
{
    pthread_mutex_lock(&crew->mutex);
    crew->busy = crew->work->jobs;
    crew->round++;
    pthread_cond_broadcast(&crew->opened);
    while (crew->busy > 0)
        pthread_cond_wait(&crew->finished, &crew->mutex);
    pthread_mutex_unlock(&crew->mutex);
}

void threads_free(struct threads *crew)
{
    if (crew == NULL)
        return;
    leave_all(crew);
    pthread_cond_destroy(&crew->finished);
    pthread_cond_destroy(&crew->opened);
    pthread_mutex_destroy(&crew->mutex);
    free(crew);
}
