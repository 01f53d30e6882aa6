/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Integer types and the few compiler words both sides need.  The only file
 * that knows whether it is being compiled for BPF or for user space.
 */
#pragma once

#ifdef __bpf__
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
/* Keeps clang from hoisting a value across this point: without it the SHA-1
 * message schedule is computed early and overflows the 512-byte BPF stack. */
#define CARP_BARRIER(x) asm volatile("" : "+r"(x))
/* Without CAP_PERFMON no index may vary: the loop must disappear. */
#define CARP_UNROLL	     _Pragma("clang loop unroll(full)")
#define CARP_INLINE	     static __always_inline
#define CARP_NOINLINE	     static __attribute__((noinline, unused))
#define carp_htons(x)	     bpf_htons(x)
#define carp_ntohs(x)	     bpf_ntohs(x)
#define carp_htonl(x)	     bpf_htonl(x)
#define carp_ntohl(x)	     bpf_ntohl(x)
#define carp_memcpy(d, s, n) __builtin_memcpy(d, s, n)
#define carp_memset(d, c, n) __builtin_memset(d, c, n)
#else
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#define CARP_BARRIER(x) ((void)(x))
#define CARP_UNROLL
#define CARP_INLINE   static inline __attribute__((always_inline, unused))
#define CARP_NOINLINE static __attribute__((noinline, unused))
#define carp_htons(x) ((__be16)__builtin_bswap16(x))
#define carp_ntohs(x) __builtin_bswap16((__u16)(x))
#define carp_htonl(x) ((__be32)__builtin_bswap32(x))
#define carp_ntohl(x) __builtin_bswap32((__u32)(x))
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#undef carp_htons
#undef carp_ntohs
#undef carp_htonl
#undef carp_ntohl
#define carp_htons(x) ((__be16)(x))
#define carp_ntohs(x) ((__u16)(x))
#define carp_htonl(x) ((__be32)(x))
#define carp_ntohl(x) ((__u32)(x))
#endif
#define carp_memcpy(d, s, n) memcpy(d, s, n)
#define carp_memset(d, c, n) memset(d, c, n)
#endif

/* Layout promises between the kernel side and user space. */
#define CARP_ASSERT_SIZE(type, bytes) \
	_Static_assert(sizeof(type) == (bytes), #type " has another size")
#define CARP_ASSERT_OFFSET(type, field, bytes) \
	_Static_assert(__builtin_offsetof(type, field) == (bytes), \
		       #type "." #field " has moved")
