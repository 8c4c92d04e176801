/* A plugin of qemu-user (plugin API 1, docs/devel/tcg-plugins.rst): prints at exit how many instructions the
   program has executed. What it needs of qemu is declared here, so that qemu's headers are not needed. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#define SHOWN __attribute__((visibility("default")))
enum { ADD = 0 };
typedef uint64_t plugin;
struct qemu_plugin_tb;

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin, void (*)(plugin, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, int operation, void *counter, uint64_t by);
void qemu_plugin_register_atexit_cb(plugin, void (*)(plugin, void *), void *);

SHOWN int qemu_plugin_version = 1;
static uint64_t executed;

static void translated(plugin self, struct qemu_plugin_tb *block) {
    (void)self;
    qemu_plugin_register_vcpu_tb_exec_inline(block, ADD, &executed, qemu_plugin_tb_n_insns(block));
}

static void ended(plugin self, void *unused) {
    (void)self, (void)unused;
    fprintf(stderr, "executed %" PRIu64 "\n", executed);
}

SHOWN int qemu_plugin_install(plugin self, const void *info, int count, char **options) {
    (void)info, (void)count, (void)options;
    qemu_plugin_register_vcpu_tb_trans_cb(self, translated);
    qemu_plugin_register_atexit_cb(self, ended, NULL);
    return 0;
}
