/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A BPF map in plain memory.  An entry stays where it is as long as it lives;
 * one that was deleted keeps its memory until map_settle(), as the kernel's
 * does until the program has ended.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rooms.h"

struct entry {
	struct entry *next;
	uint64_t used; /* when, in lookups */
	uint64_t hash;
	uint8_t bytes[] __attribute__((aligned(8))); /* value, then key */
};

struct map {
	const struct rooms_shape *shape;
	uint8_t *array;
	struct entry **buckets;
	uint32_t buckets_count; /* a power of two */
	uint32_t count;
	uint64_t uses;
	struct entry *deleted;
};

void map_open(struct map *map, const struct rooms_shape *shape);
void map_close(struct map *map);
void map_clear(struct map *map);
void *map_find(struct map *map, const void *key);
/* Finds it or makes one of zeros; NULL if the map is full. */
void *map_make(struct map *map, const void *key);
bool map_delete(struct map *map, const void *key);
void map_settle(struct map *map);
