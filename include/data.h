// SPDX-License-Identifier: MIT
/* data - the value model and the formats that are read into it and printed
 * from it: JSON, HCL 1, YAML 1.1, TOML (printed only). Each format has one
 * owner here; see the part's own header. */
#ifndef BASEBOX_DATA_H
#define BASEBOX_DATA_H

#include "data/value.h"
#include "data/json.h"
#include "data/hcl.h"
#include "data/yaml.h"
#include "data/toml.h"

#endif
