// The door to Intel ISA-L's igzip, which inflates two to four times as fast as zlib.
#ifndef PROMOGUARD_CISAL_SHIM_H
#define PROMOGUARD_CISAL_SHIM_H

#include <isa-l/igzip_lib.h>
#include <isa-l/crc.h>

#endif
