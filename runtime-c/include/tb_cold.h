/* What hardly ever runs. The C compiler takes a path that calls such a function for unlikely, moves it out of the way of what
 * is hot and makes it small, which is most of what it saves on generated code. */
#ifndef TB_COLD_H
#define TB_COLD_H

#if defined(__GNUC__)
#define TB_COLD __attribute__((cold, noinline))
#else
#define TB_COLD
#endif

/* What is so large that optimising it takes minutes: the time grows with its length times its variables. */
#if defined(__clang__)
#define TB_HUGE __attribute__((optnone, noinline))
#elif defined(__GNUC__)
#define TB_HUGE __attribute__((optimize("O0"), noinline))
#else
#define TB_HUGE
#endif

#endif
