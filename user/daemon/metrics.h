/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the controller knows, as Prometheus and OpenMetrics text.
 */
#pragma once

#include "user/controller.h"

/* Allocated with malloc(3); NULL if memory is short. */
char *metrics_render(struct controller *c, bool open_metrics);
