/* Fetching the runtime's function table. */
#include "objects.h"

const tb_runtime *tb_runtime_table;

int tb_runtime_load(void) {
    if (__atomic_load_n(&tb_runtime_table, __ATOMIC_ACQUIRE) != NULL) {
        return 0;
    }
    PyObject *module = PyImport_ImportModule("tayberry._runtime");
    PyObject *capsule = module == NULL ? NULL : PyObject_GetAttrString(module, "abi");
    Py_XDECREF(module);
    const tb_runtime *table = capsule == NULL ? NULL : PyCapsule_GetPointer(capsule, "tayberry.abi");
    Py_XDECREF(capsule);
    if (table == NULL) {
        return -1;
    }
    if (table->abi_version != TB_ABI_VERSION || table->size != sizeof(tb_runtime)) {
        PyErr_Format(PyExc_ImportError,
                     "this program was built for runtime ABI %d, but the installed tayberry speaks %u; run `tayberry build` again",
                     TB_ABI_VERSION, (unsigned)table->abi_version);
        return -1;
    }
    __atomic_store_n(&tb_runtime_table, table, __ATOMIC_RELEASE);
    return 0;
}
