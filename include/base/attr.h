// SPDX-License-Identifier: MIT
/* attr - the compiler attributes this project uses, under short names. */
#ifndef BASEBOX_BASE_ATTR_H
#define BASEBOX_BASE_ATTR_H

#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_USE __attribute__((warn_unused_result))
#define NORETURN __attribute__((noreturn))
#define UNUSED __attribute__((unused))
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
