/* What hardly ever runs. The C compiler takes a path that calls such a function for unlikely, moves it out of the way of what
 * is hot and makes it small, which is most of what it saves on generated code. */
#ifndef TB_COLD_H
#define TB_COLD_H

#if defined(__GNUC__)
#define TB_COLD __attribute__((cold, noinline))
#else
#define TB_COLD
#endif

#endif
