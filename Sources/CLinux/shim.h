// What Swift's own module of the C library leaves out: which kind of file system a path is on.
#ifndef PROMOGUARD_CLINUX_SHIM_H
#define PROMOGUARD_CLINUX_SHIM_H

#include <stdint.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

/// The magic number of the file system that `path` is on, as in the kernel's magic.h; 0 when it cannot be had.
static inline uint32_t pg_file_system_magic(const char *path) {
#ifdef __linux__
    struct statfs status;
    return statfs(path, &status) == 0 ? (uint32_t)status.f_type : 0;
#else
    (void)path;
    return 0;
#endif
}

#endif
