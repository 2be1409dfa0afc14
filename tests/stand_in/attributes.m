// SPDX-License-Identifier: MIT
#import "attributes.h"

#include "settings.h"

// The keys, and the strides of the rows' rule: [1, 4, 1, 4] in half precision has RowStride 64, PlaneStride 64, BatchStride 256 on an
// M3 Pro (ironmill). A surface takes Batches * BatchStride bytes (freedomtan).
static NSDictionary* port_told(struct engine_port port, BOOL output) {
  const enum attributes_told told = told_attributes();
  NSString* name = [NSString stringWithUTF8String:port.name];
  const int64_t row = told == attributes_wrong ? 2 * port.row_bytes : port.row_bytes;
  const int64_t plane = row * port.height * (told == attributes_planes ? 2 : 1), depth = plane * port.channels;
  NSArray* numbers[2] = {
      [NSArray arrayWithObjects:@"Batches", @"Channels", @"Depth", @"Height", @"Width", @"RowStride", @"PlaneStride", @"PlaneCount",
                                @"DepthStride", @"BatchStride", @"Interleave", nil],
      [NSArray arrayWithObjects:[NSNumber numberWithLongLong:port.batches], [NSNumber numberWithLongLong:port.channels],
                                [NSNumber numberWithLongLong:port.depth], [NSNumber numberWithLongLong:port.height],
                                [NSNumber numberWithLongLong:port.width], [NSNumber numberWithLongLong:row],
                                [NSNumber numberWithLongLong:plane], [NSNumber numberWithLongLong:port.channels],
                                [NSNumber numberWithLongLong:depth], [NSNumber numberWithLongLong:depth * port.depth],
                                [NSNumber numberWithInt:1], nil]};
  NSMutableDictionary* told_port = [NSMutableDictionary dictionaryWithObjects:numbers[1] forKeys:numbers[0]];
  if (output && told == attributes_suffixed) name = [name stringByAppendingString:@"@output"];
  [told_port setObject:name forKey:@"Name"];
  [told_port setObject:[NSString stringWithUTF8String:port.type] forKey:@"Type"];
  return told_port;
}

static NSArray* ports_told(const engine_program* program, size_t procedure, BOOL output) {
  NSMutableArray* all = [NSMutableArray array];
  for (size_t i = 0; i < engine_ports(program, procedure, output); ++i)
    [all addObject:port_told(engine_port_at(program, procedure, output, i), output)];
  return all;
}

static NSArray* counted(size_t count) {
  NSMutableArray* all = [NSMutableArray array];
  for (size_t i = 0; i < count; ++i) [all addObject:[NSNumber numberWithUnsignedLong:i]];
  return all;
}

static NSArray* symbols(const engine_program* program, BOOL output) {
  NSMutableArray* all = [NSMutableArray array];
  for (size_t i = 0; i < engine_ports(program, 0, output); ++i)
    [all addObject:[NSString stringWithFormat:output ? @"%s@output" : @"%s", engine_port_at(program, 0, output, i).name]];
  return all;
}

static NSDictionary* network_told(const engine_program* program, size_t procedure) {
  return [NSDictionary dictionaryWithObjectsAndKeys:[NSString stringWithUTF8String:engine_procedure_name(program, procedure)], @"Name",
                                                    ports_told(program, procedure, NO), @"LiveInputList",
                                                    ports_told(program, procedure, YES), @"LiveOutputList", nil];
}

static NSDictionary* procedure_told(const engine_program* program, size_t procedure) {
  NSArray* inputs = counted(engine_ports(program, procedure, NO));
  NSArray* outputs = counted(engine_ports(program, procedure, YES));
  return [NSDictionary dictionaryWithObjectsAndKeys:[NSNumber numberWithUnsignedLong:procedure], @"ANEFModelProcedureID", inputs,
                                                    @"ANEFModelInputSymbolIndexArray", outputs, @"ANEFModelOutputSymbolIndexArray", nil];
}

NSDictionary* attributes_of(const engine_program* program) {
  if (told_attributes() == attributes_off) return nil;
  NSAutoreleasePool* pool = [NSAutoreleasePool new];
  NSMutableArray* networks = [NSMutableArray array];
  NSMutableArray* procedures = [NSMutableArray array];
  NSMutableDictionary* numbers = [NSMutableDictionary dictionary];
  for (size_t i = 0; i < engine_procedures(program); ++i) {
    [networks addObject:network_told(program, i)];
    [procedures addObject:procedure_told(program, i)];
    [numbers setObject:[NSNumber numberWithUnsignedLong:i] forKey:[NSString stringWithUTF8String:engine_procedure_name(program, i)]];
  }
  NSDictionary* description = [NSDictionary
      dictionaryWithObjectsAndKeys:procedures, @"ANEFModelProcedures", symbols(program, NO), @"kANEFModelInputSymbolsArrayKey",
                                   symbols(program, YES), @"kANEFModelOutputSymbolsArrayKey", numbers,
                                   @"kANEFModelProcedureNameToIDMapKey", nil];
  NSDictionary* made =
      [[NSDictionary alloc] initWithObjectsAndKeys:networks, @"NetworkStatusList", description, @"ANEFModelDescription", nil];
  [pool release];
  return made;
}
