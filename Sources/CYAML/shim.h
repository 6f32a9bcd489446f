// libyaml's whole interface is plain functions and structs: nothing needs wrapping.
#ifndef CYAML_SHIM_H
#define CYAML_SHIM_H

#include <yaml.h>

#endif
