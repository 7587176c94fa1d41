/* Interned names that this library looks up; private. Filled once by `tb_runtime_c_init`. */
#ifndef TB_NAMES_H
#define TB_NAMES_H

#include "tayberry.h"

#define TB_NAMES(X)                                                                                                  \
    X(__aenter__) X(__aexit__) X(__builtins__) X(__class_getitem__) X(__enter__) X(__exit__) X(__getattr__)            \
    X(__getattribute__) X(__import__) X(__name__) X(__round__)                                                          \
    X(add) X(append) X(clear) X(copy) X(discard) X(endswith) X(extend) X(get) X(insert) X(items) X(join) X(key)        \
    X(keys) X(lower) X(name) X(pop) X(remove) X(replace) X(reverse) X(round) X(setdefault) X(sort) X(split)           \
    X(startswith) X(strip) X(update) X(upper) X(values)

typedef struct tb_names {
#define X(name) PyObject *name;
    TB_NAMES(X)
#undef X
    /* The dict of the module `builtins`, an empty tuple, some builtin callables, and `lambda: None`: all for ever. */
    PyObject *builtins_dict, *empty_tuple, *builtin_round, *builtin_import, *builtin_any, *builtin_all, *empty_function;
} tb_names_table;

extern tb_names_table tb_names;

#endif
