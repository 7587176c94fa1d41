/* Everything that generated C includes: the contract with the runtime and the C library under generated code.
 * Compiled as gnu11: atomics and `__builtin_…_overflow` are GCC's and Clang's. */
#ifndef TB_H
#define TB_H

#include "tayberry.h"

#include "tb_int.h"
#include "tb_float.h"
#include "tb_str.h"
#include "tb_list.h"
#include "tb_dict.h"
#include "tb_set.h"
#include "tb_tuple.h"
#include "tb_iter.h"
#include "tb_call.h"
#include "tb_op.h"
#include "tb_error.h"
#include "tb_frame.h"
#include "tb_safepoint.h"
#include "tb_builtin.h"
#include "tb_match.h"
#include "tb_library.h"
#include "tb_closure.h"

/* Functions, classes, fields, coroutines and module initialisation. */
#include "tb_function.h"
#include "tb_class.h"
#include "tb_field.h"
#include "tb_coroutine.h"
#include "tb_module.h"

#endif
