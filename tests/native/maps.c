/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Arrays, and hashes with chains that grow.  Knows nothing of what is in them.
 */
#include "maps.h"

#include <stdlib.h>
#include <string.h>

enum {
	BUCKETS_START = 64
};

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		abort();
	return memory;
}

static size_t value_room(const struct map *map)
{
	return (map->shape->value + 7u) & ~7u;
}

static uint8_t *entry_key(const struct map *map, struct entry *entry)
{
	return entry->bytes + value_room(map);
}

/* FNV-1a; keys are short. */
static uint64_t hash_of(const struct map *map, const void *key)
{
	const uint8_t *bytes = key;
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (uint32_t i = 0; i < map->shape->key; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
	return hash ^ hash >> 29;
}

void map_open(struct map *map, const struct rooms_shape *shape)
{
	memset(map, 0, sizeof(*map));
	map->shape = shape;
	if (shape->type == ROOMS_ARRAY) {
		map->array = allocate(shape->max, value_room(map));
	} else if (shape->type != ROOMS_RING) {
		map->buckets_count = BUCKETS_START;
		map->buckets = allocate(BUCKETS_START, sizeof(*map->buckets));
	}
}

static void free_chain(struct entry *entry)
{
	while (entry) {
		struct entry *next = entry->next;

		free(entry);
		entry = next;
	}
}

void map_settle(struct map *map)
{
	free_chain(map->deleted);
	map->deleted = NULL;
}

void map_clear(struct map *map)
{
	map_settle(map);
	if (map->array)
		memset(map->array, 0, map->shape->max * value_room(map));
	for (uint32_t i = 0; i < map->buckets_count; i++) {
		free_chain(map->buckets[i]);
		map->buckets[i] = NULL;
	}
	map->count = 0;
	map->uses = 0;
}

void map_close(struct map *map)
{
	map_clear(map);
	free(map->array);
	free(map->buckets);
	memset(map, 0, sizeof(*map));
}

static struct entry **find(struct map *map, const void *key, uint64_t hash)
{
	struct entry **at = &map->buckets[hash & (map->buckets_count - 1)];

	for (; *at; at = &(*at)->next)
		if ((*at)->hash == hash &&
		    !memcmp(entry_key(map, *at), key, map->shape->key))
			break;
	return at;
}

void *map_find(struct map *map, const void *key)
{
	struct entry *entry;
	uint32_t index;

	if (map->array) {
		memcpy(&index, key, sizeof(index));
		return index < map->shape->max
			       ? map->array + index * value_room(map)
			       : NULL;
	}
	if (!map->buckets || !map->count)
		return NULL;
	entry = *find(map, key, hash_of(map, key));
	if (!entry)
		return NULL;
	entry->used = ++map->uses;
	return entry->bytes;
}

static void grow(struct map *map)
{
	uint32_t count = map->buckets_count * 2;
	struct entry **buckets = allocate(count, sizeof(*buckets));

	for (uint32_t i = 0; i < map->buckets_count; i++)
		while (map->buckets[i]) {
			struct entry *entry = map->buckets[i];
			uint32_t to = (uint32_t)entry->hash & (count - 1);

			map->buckets[i] = entry->next;
			entry->next = buckets[to];
			buckets[to] = entry;
		}
	free(map->buckets);
	map->buckets = buckets;
	map->buckets_count = count;
}

static void unlink_entry(struct map *map, struct entry **at)
{
	struct entry *entry = *at;

	*at = entry->next;
	entry->next = map->deleted;
	map->deleted = entry;
	map->count--;
}

static void forget_oldest(struct map *map)
{
	struct entry **oldest = NULL;

	for (uint32_t i = 0; i < map->buckets_count; i++)
		for (struct entry **at = &map->buckets[i]; *at;
		     at = &(*at)->next)
			if (!oldest || (*at)->used < (*oldest)->used)
				oldest = at;
	unlink_entry(map, oldest);
}

void *map_make(struct map *map, const void *key)
{
	void *found = map_find(map, key);
	struct entry *entry, **at;

	if (found || !map->buckets)
		return found;
	if (map->count == map->shape->max) {
		if (map->shape->type != ROOMS_LRU)
			return NULL;
		forget_oldest(map);
	}
	if (map->count >= map->buckets_count)
		grow(map);
	entry = allocate(1, sizeof(*entry) + value_room(map) + map->shape->key);
	memcpy(entry_key(map, entry), key, map->shape->key);
	entry->hash = hash_of(map, key);
	entry->used = ++map->uses;
	at = &map->buckets[entry->hash & (map->buckets_count - 1)];
	entry->next = *at;
	*at = entry;
	map->count++;
	return entry->bytes;
}

bool map_delete(struct map *map, const void *key)
{
	struct entry **at;

	if (!map->buckets)
		return false;
	at = find(map, key, hash_of(map, key));
	if (!*at)
		return false;
	unlink_entry(map, at);
	return true;
}
