/* Watching namespaces: the one dict watcher of the library, its table of watched dicts, and the guards of modules.
 *
 * What holds: callbacks run inside the interpreter's store into the dict, in the storing thread, one at a time per
 * dict, before the new value can be seen; they only write flags.
 */
#include "objects.h"

typedef struct watched {
    struct watched *next;
    PyObject *dict; /* strong */
    tb_watch watch;
    void *owner;
} watched;

/* Chains by the dict's address; entries are only ever put in front, so readers need no lock. */
enum { CHAINS = 256 };
static watched *chains[CHAINS];
static int watcher = -1;
static PyMutex registering;

static watched **chain_of(PyObject *dict) { return &chains[((uintptr_t)dict >> 5) % CHAINS]; }

static int changed(PyDict_WatchEvent event, PyObject *dict, PyObject *key, PyObject *value) {
    for (watched *each = __atomic_load_n(chain_of(dict), __ATOMIC_ACQUIRE); each != NULL; each = each->next) {
        if (each->dict == dict) {
            each->watch(each->owner, event, key, value);
        }
    }
    return 0;
}

int tb_watch_ready(void) {
    if (watcher < 0) {
        watcher = PyDict_AddWatcher(changed);
    }
    return watcher < 0 ? -1 : 0;
}

int tb_watch_dict(PyObject *dict, tb_watch watch, void *owner) {
    watched *entry = PyMem_Malloc(sizeof *entry);
    if (entry == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *entry = (watched){.dict = Py_NewRef(dict), .watch = watch, .owner = owner};
    if (tb_keep(&entry->dict) < 0) {
        return -1;
    }
    PyMutex_Lock(&registering);
    watched **chain = chain_of(dict);
    entry->next = *chain;
    __atomic_store_n(chain, entry, __ATOMIC_RELEASE);
    PyMutex_Unlock(&registering);
    return PyDict_Watch(watcher, dict);
}

int tb_name_is(PyObject *key, PyObject *name) {
    if (key == name) {
        return 1;
    }
    return key != NULL && PyUnicode_Check(key) && !PyUnicode_CHECK_INTERNED(key) && PyUnicode_Equal(key, name) == 1;
}
