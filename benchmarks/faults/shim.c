/* Let chosen file system calls of a program and its workers fail, stop short, or end a process.

   Loaded with LD_PRELOAD. All processes share one control page (a file named by FAULT_SHIM), which
   the harness writes (benchmarks/faults/shim.py has the same layout). Only calls on paths below
   `root` count. With `logging`, every change of a file or folder is written to FAULT_SHIM.log in
   the order in which it happened. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind {
  OPEN_READ, OPEN_WRITE, READ, WRITE, SYNC_FILE, SYNC_FOLDER, RENAME, LINK, UNLINK, MKDIR, RMDIR,
  CHMOD, UTIME, TRUNCATE, LOCK, LIST, SYMLINK, CREATE, KINDS
};
enum mode { COUNT, FAIL, SHORT, SIGNAL_CALLER, SIGNAL_PROGRAM, LIMIT_MEMORY, MOVE_CLOCK };
enum who { ANYONE, PROGRAM, WORKERS };

struct control {
  int64_t first, last, count, fired, clock_offset, amount;
  int64_t seen[32], seen_by_program[32];
  int32_t always[32]; /* an error for every call of a kind */
  int32_t armed, mode, error, mask, who, program, signal, logging, lock, fired_kind;
  char root[512];
  char fired_path[512];
};

static struct control *shared;
static int log_file = -1;
static __thread int is_exempt;

#define REAL(type, name, ...) \
  static type (*real_##name)(__VA_ARGS__); \
  if (!real_##name) real_##name = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("FAULT_SHIM");
  if (!name) return;
  int file = (int)syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void *page = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  syscall(SYS_close, file);
  if (page == MAP_FAILED) return;
  shared = page;
}

/* --- paths --- */

static int absolute(int folder, const char *path, char *out) {
  char base[PATH_MAX];
  if (!path) return 0;
  if (path[0] == '/') {
    snprintf(out, PATH_MAX, "%s", path);
    return 1;
  }
  char link[64] = "/proc/self/cwd";
  if (folder != AT_FDCWD) snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
  ssize_t size = syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1);
  if (size <= 0) return 0;
  base[size] = 0;
  return path[0] ? snprintf(out, PATH_MAX, "%s/%s", base, path) < PATH_MAX
                 : snprintf(out, PATH_MAX, "%s", base) < PATH_MAX;
}

static int is_below(const char *path) {
  size_t size = strlen(shared->root);
  return size && !strncmp(path, shared->root, size) && (path[size] == '/' || !path[size]);
}

static int locate(int folder, const char *path, char *out) {
  if (!shared || !shared->armed) return 0;
  int before = errno;
  int is_ours = absolute(folder, path, out) && is_below(out);
  errno = before;
  return is_ours;
}

static int locate_file(int file, char *out) { return locate(file, "", out); }

/* --- decisions --- */

static void end_process(int pid) { syscall(SYS_kill, pid, shared->signal); }

static void limit_memory(void) {
  long pages = 0;
  char text[64] = "";
  int file = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/statm", O_RDONLY);
  if (file >= 0) {
    if (syscall(SYS_read, file, text, sizeof text - 1) > 0) pages = atol(text);
    syscall(SYS_close, file);
  }
  struct rlimit limit;
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = (rlim_t)pages * 4096 + ((rlim_t)shared->amount << 20);
  setrlimit(RLIMIT_AS, &limit);
}

/* Return an error number, 0 for none, or -1 for a short write. */
static int decide(enum kind kind, const char *path) {
  __atomic_add_fetch(&shared->seen[kind], 1, __ATOMIC_SEQ_CST);
  int is_program = getpid() == shared->program;
  if (is_program) __atomic_add_fetch(&shared->seen_by_program[kind], 1, __ATOMIC_SEQ_CST);
  if (shared->always[kind] && !is_exempt) return shared->always[kind];
  if (!(shared->mask & (1 << kind)) || shared->mode == COUNT) return 0;
  if ((shared->who == PROGRAM && !is_program) || (shared->who == WORKERS && is_program)) return 0;
  int64_t number = __atomic_add_fetch(&shared->count, 1, __ATOMIC_SEQ_CST);
  if (number < shared->first || number > shared->last) return 0;
  if (!__atomic_fetch_add(&shared->fired, 1, __ATOMIC_SEQ_CST)) {
    shared->fired_kind = kind;
    snprintf(shared->fired_path, sizeof shared->fired_path, "%s", path + strlen(shared->root));
  }
  switch (shared->mode) {
    case FAIL: return shared->error;
    case SHORT: return -1;
    case SIGNAL_CALLER: end_process(getpid()); return 0;
    case SIGNAL_PROGRAM: end_process(shared->program); return 0;
    case LIMIT_MEMORY: limit_memory(); return 0;
    default: return 0;
  }
}

/* --- the log of changes --- */

static void hold(void) {
  if (!shared || !shared->logging) return;
  while (__atomic_exchange_n(&shared->lock, 1, __ATOMIC_ACQUIRE)) sched_yield();
}

static void release(void) {
  if (shared && shared->logging) __atomic_store_n(&shared->lock, 0, __ATOMIC_RELEASE);
}

static void note(enum kind kind, const char *path, const char *other, int64_t at, const void *data,
                 int64_t size) {
  if (!shared->logging) return;
  if (log_file < 0) {
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%s.log", getenv("FAULT_SHIM"));
    log_file = (int)syscall(SYS_openat, AT_FDCWD, name,
                            O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_file < 0) return;
  }
  int64_t head[5] = {kind, (int64_t)strlen(path), other ? (int64_t)strlen(other) : 0, at,
                     data ? size : 0};
  struct iovec parts[4] = {{head, sizeof head},
                           {(void *)path, (size_t)head[1]},
                           {(void *)(other ? other : ""), (size_t)head[2]},
                           {(void *)(data ? data : ""), (size_t)head[4]}};
  syscall(SYS_writev, log_file, parts, 4);
}

static void note_copied(const char *path, int file, int64_t at, int64_t size) {
  if (!shared->logging || size <= 0) return;
  char link[64], *data = malloc((size_t)size);
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  int copy = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC);
  if (data && copy >= 0 && syscall(SYS_pread64, copy, data, size, at) == size)
    note(WRITE, path, NULL, at, data, size);
  if (copy >= 0) syscall(SYS_close, copy);
  free(data);
}

#define REFUSE(number) do { errno = (number); return -1; } while (0)

/* Do a call on one path: refuse it, or do it and note it. */
#define ONE_PATH(kind, folder, path, call) \
  do { \
    char full[PATH_MAX]; \
    if (!locate(folder, path, full)) return call; \
    int error = decide(kind, full); \
    if (error > 0) REFUSE(error); \
    hold(); \
    int result = call; \
    int after = errno; \
    if (!result) note(kind, full, NULL, 0, NULL, 0); \
    release(); \
    errno = after; \
    return result; \
  } while (0)

/* --- opening --- */

static int opened(int folder, const char *path, int flags, mode_t mode) {
  char full[PATH_MAX];
  if (!locate(folder, path, full)) return (int)syscall(SYS_openat, folder, path, flags, mode);
  int writes = (flags & O_ACCMODE) != O_RDONLY;
  int error = decide(writes ? OPEN_WRITE : OPEN_READ, full);
  if (error > 0) REFUSE(error);
  hold();
  int is_new = writes && (flags & O_CREAT) &&
               syscall(SYS_faccessat, AT_FDCWD, full, F_OK) != 0;
  int file = (int)syscall(SYS_openat, folder, path, flags, mode);
  int after = errno;
  if (file >= 0 && is_new) note(CREATE, full, NULL, 0, NULL, 0);
  if (file >= 0 && !is_new && writes && (flags & O_TRUNC)) note(TRUNCATE, full, NULL, 0, NULL, 0);
  release();
  errno = after;
  return file;
}

static mode_t mode_of(int flags, va_list rest) {
  return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;
}

#define OPENS(name) \
  int name(const char *path, int flags, ...) { \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = mode_of(flags, rest); \
    va_end(rest); \
    return opened(AT_FDCWD, path, flags, mode); \
  }
OPENS(open)
OPENS(open64)

#define OPENS_AT(name) \
  int name(int folder, const char *path, int flags, ...) { \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = mode_of(flags, rest); \
    va_end(rest); \
    return opened(folder, path, flags, mode); \
  }
OPENS_AT(openat)
OPENS_AT(openat64)

#define STREAMS(name) \
  FILE *name(const char *path, const char *mode) { \
    REAL(FILE *, name, const char *, const char *); \
    char full[PATH_MAX]; \
    if (locate(AT_FDCWD, path, full)) { \
      int error = decide(mode[0] == 'r' && !strchr(mode, '+') ? OPEN_READ : OPEN_WRITE, full); \
      if (error > 0) { \
        errno = error; \
        return NULL; \
      } \
    } \
    return real_##name(path, mode); \
  }
STREAMS(fopen)
STREAMS(fopen64)

DIR *opendir(const char *path) {
  REAL(DIR *, opendir, const char *);
  char full[PATH_MAX];
  if (locate(AT_FDCWD, path, full)) {
    int error = decide(LIST, full);
    if (error > 0) {
      errno = error;
      return NULL;
    }
  }
  return real_opendir(path);
}

/* --- reading and writing --- */

ssize_t read(int file, void *data, size_t size) {
  char full[PATH_MAX];
  if (locate_file(file, full)) {
    int error = decide(READ, full);
    if (error > 0) REFUSE(error);
  }
  return syscall(SYS_read, file, data, size);
}

#define PREADS(name) \
  ssize_t name(int file, void *data, size_t size, off_t at) { \
    char full[PATH_MAX]; \
    if (locate_file(file, full)) { \
      int error = decide(READ, full); \
      if (error > 0) REFUSE(error); \
    } \
    return syscall(SYS_pread64, file, data, size, at); \
  }
PREADS(pread)
PREADS(pread64)

static int64_t place_of(int file) {
  int flags = (int)syscall(SYS_fcntl, file, F_GETFL);
  return syscall(SYS_lseek, file, 0, (flags & O_APPEND) ? SEEK_END : SEEK_CUR);
}

ssize_t write(int file, const void *data, size_t size) {
  char full[PATH_MAX];
  if (!locate_file(file, full)) return syscall(SYS_write, file, data, size);
  int error = decide(WRITE, full);
  if (error > 0) REFUSE(error);
  if (error < 0 && size > 1) size /= 2;
  hold();
  int64_t at = shared->logging ? place_of(file) : 0;
  ssize_t result = syscall(SYS_write, file, data, size);
  int after = errno;
  if (result > 0) note(WRITE, full, NULL, at, data, result);
  release();
  errno = after;
  return result;
}

#define PWRITES(name) \
  ssize_t name(int file, const void *data, size_t size, off_t at) { \
    char full[PATH_MAX]; \
    if (!locate_file(file, full)) return syscall(SYS_pwrite64, file, data, size, at); \
    int error = decide(WRITE, full); \
    if (error > 0) REFUSE(error); \
    if (error < 0 && size > 1) size /= 2; \
    hold(); \
    ssize_t result = syscall(SYS_pwrite64, file, data, size, at); \
    int after = errno; \
    if (result > 0) note(WRITE, full, NULL, at, data, result); \
    release(); \
    errno = after; \
    return result; \
  }
PWRITES(pwrite)
PWRITES(pwrite64)

ssize_t writev(int file, const struct iovec *parts, int count) {
  char full[PATH_MAX];
  if (!locate_file(file, full)) return syscall(SYS_writev, file, parts, count);
  int error = decide(WRITE, full);
  if (error > 0) REFUSE(error);
  if (error < 0 && count > 1) count = 1;
  hold();
  int64_t at = shared->logging ? place_of(file) : 0;
  ssize_t result = syscall(SYS_writev, file, parts, count);
  int after = errno;
  if (result > 0) note_copied(full, file, at, result);
  release();
  errno = after;
  return result;
}

static ssize_t copied(int target, const char *full, ssize_t result, int64_t at) {
  int after = errno;
  if (result > 0) note_copied(full, target, at, result);
  release();
  errno = after;
  return result;
}

#define SENDS(name) \
  ssize_t name(int target, int source, off_t *at, size_t size) { \
    char full[PATH_MAX]; \
    if (!locate_file(target, full)) return syscall(SYS_sendfile, target, source, at, size); \
    int error = decide(WRITE, full); \
    if (error > 0) REFUSE(error); \
    if (error < 0) size = 1; \
    hold(); \
    int64_t place = shared->logging ? place_of(target) : 0; \
    return copied(target, full, syscall(SYS_sendfile, target, source, at, size), place); \
  }
SENDS(sendfile)
SENDS(sendfile64)

ssize_t copy_file_range(int source, off64_t *from, int target, off64_t *to, size_t size,
                        unsigned flags) {
  char full[PATH_MAX];
  if (!locate_file(target, full))
    return syscall(SYS_copy_file_range, source, from, target, to, size, flags);
  int error = decide(WRITE, full);
  if (error > 0) REFUSE(error);
  if (error < 0) size = 1;
  hold();
  int64_t place = !shared->logging ? 0 : to ? *to : place_of(target);
  return copied(target, full, syscall(SYS_copy_file_range, source, from, target, to, size, flags),
                place);
}

static int synced(int file, int call) {
  char full[PATH_MAX];
  if (!locate_file(file, full)) return (int)syscall(call, file);
  struct stat status;
  enum kind kind = !fstat(file, &status) && S_ISDIR(status.st_mode) ? SYNC_FOLDER : SYNC_FILE;
  int error = decide(kind, full);
  if (error > 0) REFUSE(error);
  hold();
  if (shared->logging) note(kind, full, NULL, 0, NULL, 0);
  release();
  return shared->logging ? 0 : (int)syscall(call, file);
}
int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }

#define TRUNCATES(name) \
  int name(int file, off_t size) { \
    char full[PATH_MAX]; \
    if (!locate_file(file, full)) return (int)syscall(SYS_ftruncate, file, size); \
    int error = decide(TRUNCATE, full); \
    if (error > 0) REFUSE(error); \
    hold(); \
    int result = (int)syscall(SYS_ftruncate, file, size); \
    int after = errno; \
    if (!result) note(TRUNCATE, full, NULL, size, NULL, 0); \
    release(); \
    errno = after; \
    return result; \
  }
TRUNCATES(ftruncate)
TRUNCATES(ftruncate64)

/* --- names --- */

static int renamed(int from_folder, const char *from, int to_folder, const char *to, unsigned how) {
  char source[PATH_MAX], target[PATH_MAX];
  if (!locate(from_folder, from, source) || !locate(to_folder, to, target))
    return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, how);
  struct stat status;
  int replaces = !syscall(SYS_newfstatat, AT_FDCWD, target, &status, AT_SYMLINK_NOFOLLOW);
  is_exempt = !replaces; /* a drive that refuses renames refuses those over a file */
  int error = decide(RENAME, source);
  is_exempt = 0;
  if (error > 0) REFUSE(error);
  hold();
  int result = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, how);
  int after = errno;
  if (!result) note(RENAME, source, target, 0, NULL, 0);
  release();
  errno = after;
  return result;
}
int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int a, const char *from, int b, const char *to) { return renamed(a, from, b, to, 0); }
int renameat2(int a, const char *from, int b, const char *to, unsigned how) {
  return renamed(a, from, b, to, how);
}

static int linked(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  char source[PATH_MAX], target[PATH_MAX];
  if (!locate(to_folder, to, target) || !absolute(from_folder, from, source))
    return (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
  int error = decide(LINK, target);
  if (error > 0) REFUSE(error);
  hold();
  int result = (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
  int after = errno;
  if (!result) note(LINK, source, target, 0, NULL, 0);
  release();
  errno = after;
  return result;
}
int link(const char *from, const char *to) { return linked(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int a, const char *from, int b, const char *to, int flags) {
  return linked(a, from, b, to, flags);
}

int symlinkat(const char *target, int folder, const char *path) {
  char full[PATH_MAX];
  if (!locate(folder, path, full)) return (int)syscall(SYS_symlinkat, target, folder, path);
  int error = decide(SYMLINK, full);
  if (error > 0) REFUSE(error);
  hold();
  int result = (int)syscall(SYS_symlinkat, target, folder, path);
  int after = errno;
  if (!result) note(SYMLINK, full, target, 0, NULL, 0);
  release();
  errno = after;
  return result;
}
int symlink(const char *target, const char *path) { return symlinkat(target, AT_FDCWD, path); }

int unlinkat(int folder, const char *path, int flags) {
  ONE_PATH(flags & AT_REMOVEDIR ? RMDIR : UNLINK, folder, path,
           (int)syscall(SYS_unlinkat, folder, path, flags));
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int mkdirat(int folder, const char *path, mode_t mode) {
  ONE_PATH(MKDIR, folder, path, (int)syscall(SYS_mkdirat, folder, path, mode));
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* Attributes are not part of the log: losing one loses nothing of a person. */
#define ATTRIBUTE(kind, is_ours, call) \
  do { \
    char full[PATH_MAX]; \
    if (is_ours) { \
      int error = decide(kind, full); \
      if (error > 0) REFUSE(error); \
    } \
    return (int)(call); \
  } while (0)

int fchmodat(int folder, const char *path, mode_t mode, int flags) {
  (void)flags;
  ATTRIBUTE(CHMOD, locate(folder, path, full), syscall(SYS_fchmodat, folder, path, mode));
}
int chmod(const char *path, mode_t mode) { return fchmodat(AT_FDCWD, path, mode, 0); }
int fchmod(int file, mode_t mode) {
  ATTRIBUTE(CHMOD, locate_file(file, full), syscall(SYS_fchmod, file, mode));
}
int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
  ATTRIBUTE(UTIME, locate(folder, path, full),
            syscall(SYS_utimensat, folder, path, times, flags));
}
int futimens(int file, const struct timespec times[2]) {
  ATTRIBUTE(UTIME, locate_file(file, full), syscall(SYS_utimensat, file, NULL, times, 0));
}
int flock(int file, int how) {
  ATTRIBUTE(LOCK, !(how & LOCK_UN) && locate_file(file, full), syscall(SYS_flock, file, how));
}

static int controlled(int file, int command, void *rest) {
  int locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK ||
              command == F_OFD_SETLKW;
  ATTRIBUTE(LOCK, locks && ((struct flock *)rest)->l_type != F_UNLCK && locate_file(file, full),
            syscall(SYS_fcntl, file, command, rest));
}

#define CONTROLS(name) \
  int name(int file, int command, ...) { \
    va_list rest; \
    va_start(rest, command); \
    void *value = va_arg(rest, void *); \
    va_end(rest); \
    return controlled(file, command, value); \
  }
CONTROLS(fcntl)
CONTROLS(fcntl64)

/* --- the clock --- */

static int64_t offset(void) {
  if (!shared || !shared->armed || shared->mode != MOVE_CLOCK) return 0;
  return shared->count >= shared->first ? shared->clock_offset : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = (int)syscall(SYS_clock_gettime, clock, now);
  if (!result && clock == CLOCK_REALTIME) now->tv_sec += offset();
  return result;
}
int gettimeofday(struct timeval *now, void *zone) {
  int result = (int)syscall(SYS_gettimeofday, now, zone);
  if (!result) now->tv_sec += offset();
  return result;
}
time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}
