// SPDX-License-Identifier: MIT
#include "call.h"

@interface _ANEDeviceInfo : NSObject
@end

@implementation _ANEDeviceInfo

+ (BOOL)hasANE {
  trace_call(self, _cmd);
  return !call_fails(_cmd, NULL);
}

+ (unsigned)numANEs {
  trace_call(self, _cmd);
  return call_fails(_cmd, NULL) ? 0 : 1;
}

+ (unsigned)numANECores {
  trace_call(self, _cmd);
  return call_fails(_cmd, NULL) ? 0 : 16;
}

// "h16g" on an M4 (libane).
+ (NSString*)aneArchitectureType {
  trace_call(self, _cmd);
  if (call_fails(_cmd, NULL)) return nil;
  char name[64];
  chip_name(name, sizeof name);
  return hand_out([[NSString alloc] initWithUTF8String:name]);
}

// The same without its last letter: "h16".
+ (NSString*)aneSubType {
  trace_call(self, _cmd);
  if (call_fails(_cmd, NULL)) return nil;
  char name[64];
  chip_name(name, sizeof name);
  const size_t length = strlen(name);
  if (length > 0 && (name[length - 1] < '0' || name[length - 1] > '9')) name[length - 1] = 0;
  return hand_out([[NSString alloc] initWithUTF8String:name]);
}

+ (NSString*)productName {
  trace_call(self, _cmd);
  return call_fails(_cmd, NULL) ? nil : @"macOS";
}

+ (NSString*)buildVersion {
  trace_call(self, _cmd);
  return call_fails(_cmd, NULL) ? nil : @"25D125";
}

+ (BOOL)isVirtualMachine {
  trace_call(self, _cmd);
  return NO;
}

@end
