/* lua_value: lists of results, as other bindings meet them. */
#ifndef PAYOFF_LUA_LUA_VALUE_H
#define PAYOFF_LUA_LUA_VALUE_H

#include <jansson.h>
#include <lua.h>

/* Makes the class; harmless when called again. Every binding that pushes values calls it first. */
void lua_value_class(lua_State *L);

/* Pushes an empty value userdata and returns where its list goes: set it to a checked list of
 * values (value_check_list), whose reference the userdata then owns. */
json_t **lua_value_new(lua_State *L);

#endif
