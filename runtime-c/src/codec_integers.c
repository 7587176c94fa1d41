/* Ints of a fixed width, as `tayberry.u8`: read as any int, then looked at. */
#include "tb.h"
#include "tb_codec.h"

#define WIDTH(name, least, greatest) \
    const tb_integer tb_codec_##name = {least, greatest, "expected an integer from " #least " to " #greatest};
WIDTH(i8, -128, 127)
WIDTH(i16, -32768, 32767)
WIDTH(i32, -2147483648, 2147483647)
WIDTH(u8, 0, 255)
WIDTH(u16, 0, 65535)
WIDTH(u32, 0, 4294967295)
#undef WIDTH
const tb_integer tb_codec_i64 = {INT64_MIN, INT64_MAX, "expected an integer from -9223372036854775808 to 9223372036854775807"};
const tb_integer tb_codec_u64 = {0, UINT64_MAX, "expected an integer from 0 to 18446744073709551615"};

static int holds(const tb_integer *range, int64_t value)
{
    return value >= range->minimum && (value < 0 || (uint64_t)value <= range->maximum);
}

static int is_within(const tb_integer *range, tb_int value)
{
    if (tb_int_is_small(value)) {
        return holds(range, tb_int_value(value));
    }
    PyObject *big = tb_int_object(value);
    int overflow;
    long long machine = PyLong_AsLongLongAndOverflow(big, &overflow);
    if (overflow == 0) {
        return holds(range, machine);
    }
    if (overflow < 0 || range->maximum != UINT64_MAX) {
        return 0;
    }
    unsigned long long magnitude = PyLong_AsUnsignedLongLong(big);
    if (magnitude == (unsigned long long)-1 && PyErr_Occurred()) {
        PyErr_Clear();
        return 0;
    }
    return 1;
}

/* After an int was read with `status`. */
static int checked(tb_reader *reader, const tb_place *place, const tb_integer *range, int status, tb_int *value)
{
    if (status != TB_OK || is_within(range, *value)) {
        return status;
    }
    tb_int_release(*value);
    return tb_runtime_table->reject(reader, place, TB_REJECT_INT_RANGE, range->expected);
}

static int boxed(int status, tb_int value, PyObject **out)
{
    *out = status == TB_OK ? tb_int_to_object_steal(value) : NULL;
    return status == TB_OK && *out == NULL ? TB_RAISED : status;
}

int tb_codec_read_integer(tb_reader *reader, const tb_place *place, const tb_integer *range, tb_int *out)
{
    return checked(reader, place, range, tb_runtime_table->read_int(reader, place, out), out);
}

int tb_codec_text_integer(tb_reader *reader, const tb_place *place, tb_slice text, const tb_integer *range, tb_int *out)
{
    return checked(reader, place, range, tb_runtime_table->text_int(reader, place, text, out), out);
}

int tb_codec_read_integer_object(tb_reader *reader, const tb_place *place, const tb_integer *range, PyObject **out)
{
    tb_int value = 0;
    int status = tb_codec_read_integer(reader, place, range, &value);
    return boxed(status, value, out);
}

int tb_codec_text_integer_object(tb_reader *reader, const tb_place *place, tb_slice text, const tb_integer *range, PyObject **out)
{
    tb_int value = 0;
    int status = tb_codec_text_integer(reader, place, text, range, &value);
    return boxed(status, value, out);
}
