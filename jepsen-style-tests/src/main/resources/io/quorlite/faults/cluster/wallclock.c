/* Gives a process a wall clock of its own; the monotonic clock stays what it is.
 *
 *   cc -O2 -shared -fPIC -o wallclock.so wallclock.c -ldl
 *   LD_PRELOAD=wallclock.so WALLCLOCK=file program
 *
 * The file holds three 64-bit integers in the machine's byte order, read at every look at the clock: how far the clock is
 * off in nanoseconds; how fast it runs, in millionths; since when, in nanoseconds of the true wall clock. Whoever changes
 * it first sets the speed to a million, so that no look in between sees a speed counted from the wrong moment.
 *
 * Waits until a moment of the wall clock are moved to where that moment truly is. A thread that waits already is not woken
 * when the clock jumps. Needs glibc 2.30 or newer.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
#define MILLION 1000000LL
/* Moments of the monotonic clock count from the machine's start, those of the wall clock from 1970. */
#define WALL_SECONDS_MIN 1000000000L

struct wallclock {
    int64_t offset;
    int64_t speed;
    int64_t since;
};

static const struct wallclock truth = {0, MILLION, 0};
static const volatile struct wallclock *wall = &truth;
static int (*true_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
    true_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const char *path = getenv("WALLCLOCK");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        void *mapped = mmap(NULL, sizeof(struct wallclock), PROT_READ, MAP_SHARED, file, 0);
        if (mapped != MAP_FAILED) {
            wall = mapped;
        }
        close(file);
    }
}

static int64_t nanos(const struct timespec *t) {
    return t->tv_sec * SECOND + t->tv_nsec;
}

static void set(struct timespec *t, int64_t nanos) {
    t->tv_sec = nanos / SECOND;
    t->tv_nsec = nanos % SECOND;
}

/* How far the clock has run ahead because it runs at another speed. */
static int64_t drift(int64_t now) {
    int64_t extra = wall->speed - MILLION;
    return extra == 0 ? 0 : (now - wall->since) / MILLION * extra;
}

int clock_gettime(clockid_t clock, struct timespec *t) {
    if (true_gettime == NULL) {
        begin(); /* another library's constructor asks before ours ran */
    }
    int result = true_gettime(clock, t);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t now = nanos(t);
        set(t, now + wall->offset + drift(now));
    }
    return result;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
    (void)zone;
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    if (result == 0) {
        t->tv_sec = now.tv_sec;
        t->tv_usec = now.tv_nsec / 1000;
    }
    return result;
}

time_t time(time_t *t) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (t != NULL) {
        *t = now.tv_sec;
    }
    return now.tv_sec;
}

int pthread_cond_timedwait(
        pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict until) {
    if (until->tv_sec < WALL_SECONDS_MIN) {
        return pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, until);
    }
    struct timespec true_now;
    struct timespec now;
    struct timespec true_until;
    true_gettime(CLOCK_REALTIME, &true_now);
    clock_gettime(CLOCK_REALTIME, &now);
    set(&true_until, nanos(&true_now) + (nanos(until) - nanos(&now)) / wall->speed * MILLION);
    return pthread_cond_clockwait(condition, mutex, CLOCK_REALTIME, &true_until);
}
