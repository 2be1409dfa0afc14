// SPDX-License-Identifier: MIT
#include "call.h"
#include "classes.h"

enum { most_surfaces = 256 };

// What an evaluation works on, as it was when it began: the caller may, wrongly, free the request meanwhile.
struct bound {
  IOSurface* surfaces[most_surfaces];
  void* bytes[most_surfaces];
  NSUInteger count;
  BOOL in_order;  // symbol indices 0, 1, 2...
  BOOL dead;      // somebody released what the request holds
};

static void gather(struct bound* bound, NSArray* objects, NSArray* indices) {
  bound->count = MIN([objects count], (NSUInteger)most_surfaces);
  bound->in_order = [indices count] == [objects count];
  bound->dead = NO;
  for (NSUInteger i = 0; i < bound->count; ++i) {
    bound->surfaces[i] = ((_ANEIOSurfaceObject*)[objects objectAtIndex:i])->_surface;
    bound->dead |= is_dead([objects objectAtIndex:i]) || is_dead(bound->surfaces[i]);
    bound->bytes[i] = bound->surfaces[i]->_bytes;
    if (bound->in_order && [[indices objectAtIndex:i] unsignedLongLongValue] != i) bound->in_order = NO;
  }
}

// Reads and writes of one surface at a time would race on the device, too (nano; ANE guide).
static void begin(_ANEInMemoryModel* model, _ANERequest* request, struct bound* inputs, struct bound* outputs) {
  lock_surfaces();
  if (request->_running++ > 0) violation("a _ANERequest is evaluated twice at once");
  ++model->_running;
  BOOL raced = NO, locked = NO;
  for (NSUInteger i = 0; i < inputs->count; ++i) {
    IOSurface* surface = inputs->surfaces[i];
    raced |= surface->_writers > 0;
    locked |= locked_for_writing(surface);
    if (locks_of(surface) == 0) look_for_unlocked_writing(surface, "when it was evaluated");
  }
  for (NSUInteger i = 0; i < outputs->count; ++i) {
    raced |= outputs->surfaces[i]->_readers + outputs->surfaces[i]->_writers > 0;
    locked |= locks_of(outputs->surfaces[i]) > 0;
  }
  for (NSUInteger i = 0; i < inputs->count; ++i) ++inputs->surfaces[i]->_readers;
  for (NSUInteger i = 0; i < outputs->count; ++i) ++outputs->surfaces[i]->_writers;
  unlock_surfaces();
  if (raced) violation("two evaluations at once over a surface that one of them writes");
  if (locked) violation("a request is evaluated while a surface of it is locked");
}

static void end(_ANEInMemoryModel* model, _ANERequest* request, struct bound* inputs, struct bound* outputs) {
  lock_surfaces();
  --request->_running;
  --model->_running;
  for (NSUInteger i = 0; i < inputs->count; ++i) --inputs->surfaces[i]->_readers;
  for (NSUInteger i = 0; i < outputs->count; ++i) {
    IOSurface* surface = outputs->surfaces[i];
    --surface->_writers;
    if (!is_dead(surface) && locks_of(surface) == 0) remember_contents(surface);
  }
  unlock_surfaces();
}

static BOOL fit(const engine_program* program, size_t procedure, BOOL output, const struct bound* bound) {
  if (engine_ports(program, procedure, output) != bound->count) return NO;
  for (size_t i = 0; i < bound->count; ++i)
    if ((int64_t)bound->surfaces[i]->_size < engine_port_at(program, procedure, output, i).surface_bytes) return NO;
  return YES;
}

// The device's status. 0x1d: surfaces that are too few, too many or too small (Orion, Espresso, ironmill); 0x2: wrong symbol
// indices or procedure (ane-infer).
static uint32_t run(engine_program* program, size_t procedure, const struct bound* inputs, const struct bound* outputs) {
  if (procedure >= engine_procedures(program)) return 0x2;
  if (!fit(program, procedure, NO, inputs) || !fit(program, procedure, YES, outputs)) return 0x1d;
  if (!inputs->in_order || !outputs->in_order) return 0x2;
  char message[512];
  if (engine_evaluate(program, procedure, (const void* const*)inputs->bytes, outputs->bytes, message, sizeof message)) return 0;
  violation("the stand-in's engine: %s", message);
  return 0x16;
}

static void fill_statistics(_ANEInMemoryModel* model, NSArray* statistics) {
#ifdef ANE_STAND_IN_BARE
  (void)model, (void)statistics;
#else
  for (NSUInteger i = 0; i < [statistics count]; ++i)
    ((_ANEPerformanceStats*)[statistics objectAtIndex:i])->_nanoseconds = model->_measures ? hardware_nanoseconds() : 0;
#endif
}

static BOOL refuse_evaluation(uint32_t status, NSError** error) {
  NSString* text = [[NSString alloc] initWithFormat:@"ANEProgramProcessRequestDirect() Failed with status=0x%x : %s", status,
                                                    "Program Inference error"];
  refuse(error, ane_domain, 8, text);
  [text release];
  return NO;
}

BOOL evaluate(_ANEInMemoryModel* model, id self, SEL selector, id asked, uint32_t* status, NSError** error) {
  *status = 0;
  require_class(self, selector, "request", asked, [_ANERequest class]);
  _ANERequest* request = asked;
  if (model->_loaded == NULL) {
    wrong_call(self, selector, @"the model is not loaded");
    *status = 0x2;
    return refuse(error, ane_domain, 8, @"ANEProgramProcessRequestDirect() Failed with status=0x2 : Program is not loaded");
  }
  struct bound inputs, outputs;
  gather(&inputs, request->_inputs, request->_input_indices);
  gather(&outputs, request->_outputs, request->_output_indices);
  if (inputs.dead || outputs.dead) {
    wrong_call(self, selector, @"a surface of the request is dead");
    return refuse_evaluation(*status = 0x1d, error);
  }
  note_evaluated_by(self, selector, request, model->_number);
  const size_t procedure = [request->_procedure unsignedIntegerValue];
  NSArray* statistics = [request->_statistics retain];
  engine_program* program = engine_retain(model->_loaded);
  BOOL failed = YES;
  begin(model, request, &inputs, &outputs);
  @try {
    failed = call_fails(selector, error);
    if (failed)
      *status = 0x1d;
    else
      *status = run(program, procedure, &inputs, &outputs);
  } @finally {
    end(model, request, &inputs, &outputs);
    engine_release(program);
    if (!failed && *status == 0) fill_statistics(model, statistics);
    [statistics release];
  }
  if (failed) return NO;
  if (*status == 0) return YES;
  return refuse_evaluation(*status, error);
}
