/* A plugin of qemu-user (plugin API 1, docs/devel/tcg-plugins.rst): prints how many instructions the program has
   executed whenever it calls getppid, which nothing else here does. What the plugin needs of qemu is declared
   here, so that qemu's headers are not needed. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#define SHOWN __attribute__((visibility("default")))
enum { ADD = 0, GETPPID = 173 };
typedef uint64_t plugin;
struct qemu_plugin_tb;

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin, void (*)(plugin, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, int operation, void *counter, uint64_t by);
void qemu_plugin_register_vcpu_syscall_cb(
    plugin, void (*)(plugin, unsigned, int64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t));

SHOWN int qemu_plugin_version = 1;
static uint64_t executed;

static void translated(plugin self, struct qemu_plugin_tb *block) {
    (void)self;
    qemu_plugin_register_vcpu_tb_exec_inline(block, ADD, &executed, qemu_plugin_tb_n_insns(block));
}

static void called(plugin self, unsigned core, int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
    uint64_t f, uint64_t g, uint64_t h) {
    (void)self, (void)core, (void)a, (void)b, (void)c, (void)d, (void)e, (void)f, (void)g, (void)h;
    if (number == GETPPID) fprintf(stderr, "executed %" PRIu64 "\n", executed);
}

SHOWN int qemu_plugin_install(plugin self, const void *info, int count, char **options) {
    (void)info, (void)count, (void)options;
    qemu_plugin_register_vcpu_tb_trans_cb(self, translated);
    qemu_plugin_register_vcpu_syscall_cb(self, called);
    return 0;
}
