/* Functions of the standard library that compiled code calls without their objects, while names still mean them.
 *
 * In: unboxed numbers. Out: what the function of that name returns, raised as it raises: whatever is not plainly a
 * finite result is left to the function itself. What holds: `tb_library_math_intact` is 1 only while the module's
 * namespace is as it was when its functions were first asked for.
 */
#ifndef TB_LIBRARY_H
#define TB_LIBRARY_H

#include "tb_float.h"
#include "tb_int.h"
#include <math.h>

/* `math.sqrt`, or `math` for the module: a new reference. An object that nothing else can be, if what is there is not
 * the interpreter's own. NULL with an exception. */
PyObject *tb_library_get(const char *path, Py_ssize_t size);

extern uint8_t tb_library_math_intact;

/* Calls `math.<name>` as the interpreter would. */
double tb_math_call_1(const char *name, double x);
double tb_math_call_2(const char *name, double x, double y);
tb_int tb_math_call_int(const char *name, double x);

/* In the library rather than inline: a C compiler would round results of constants otherwise than the C library does. */
double tb_math_exp(double x);
double tb_math_exp2(double x);
double tb_math_expm1(double x);
double tb_math_log(double x);
double tb_math_log2(double x);
double tb_math_log10(double x);
double tb_math_sin(double x);
double tb_math_cos(double x);
double tb_math_tan(double x);
double tb_math_asin(double x);
double tb_math_acos(double x);
double tb_math_atan(double x);
double tb_math_sinh(double x);
double tb_math_cosh(double x);
double tb_math_tanh(double x);
double tb_math_pow(double x, double y);
double tb_math_atan2(double x, double y);

/* Those whose results are exact everywhere. */
static inline double tb_math_sqrt(double x)
{
    double result = sqrt(x);
    return __builtin_expect(isfinite(result), 1) ? result : tb_math_call_1("sqrt", x);
}
static inline double tb_math_fabs(double x) { return __builtin_fabs(x); }
static inline double tb_math_copysign(double x, double y) { return __builtin_copysign(x, y); }
static inline double tb_math_fmod(double x, double y)
{
    double result = fmod(x, y);
    return __builtin_expect(isfinite(x) && isfinite(result), 1) ? result : tb_math_call_2("fmod", x, y);
}
#define TB_MATH_INT(name) \
    static inline tb_int tb_math_##name(double x) \
    { \
        return __builtin_expect(isfinite(x), 1) ? tb_int_from_float(name(x)) : tb_math_call_int(#name, x); \
    }
TB_MATH_INT(floor)
TB_MATH_INT(ceil)
TB_MATH_INT(trunc)
#undef TB_MATH_INT

#endif
