// SPDX-License-Identifier: MIT
// What computes: MIL text and weight files, executed by the project's own CPU device.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The kinds that the real compiler reports as underlying errors (abr, esp).
enum engine_refusal { engine_accepts, engine_invalid_program, engine_compilation_failure, engine_unreadable_weights };

typedef struct engine_program engine_program;

struct engine_file {
  const char* path;  // as BLOBFILE names it
  const void* bytes;
  size_t size;
};

// An input or output. Extents are right-aligned: batches, channels, depth, height, width.
struct engine_port {
  const char* name;
  const char* type;  // as modelAttributes spells it: "Float16"
  int64_t batches, channels, depth, height, width;
  int64_t row_bytes;
  int64_t surface_bytes;
};

// +1, or NULL: then `refusal` and `message` say why.
engine_program* engine_compile(const void* text, size_t size, const struct engine_file* files, size_t count, enum engine_refusal* refusal,
                               char* message, size_t capacity);
engine_program* engine_retain(engine_program* program);
void engine_release(engine_program* program);

size_t engine_procedures(const engine_program* program);
const char* engine_procedure_name(const engine_program* program, size_t procedure);

// Ports are in the alphabetical order of their names.
size_t engine_ports(const engine_program* program, size_t procedure, bool output);
struct engine_port engine_port_at(const engine_program* program, size_t procedure, bool output, size_t i);

// Reads and writes whole surfaces, whose sizes must have been checked. Any number of threads at once.
bool engine_evaluate(engine_program* program, size_t procedure, const void* const* inputs, void* const* outputs, char* message,
                     size_t capacity);

// Four lanes of a hash, as 64 hexadecimal digits and a zero, like those in the real identifiers.
void engine_hash(const void* bytes, size_t size, char hex[65]);
uint64_t engine_fingerprint(const void* bytes, size_t size);

#ifdef __cplusplus
}
#endif
