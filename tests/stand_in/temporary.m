// SPDX-License-Identifier: MIT
#define _GNU_SOURCE  // nftw

#import <Foundation/Foundation.h>

#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// In the place of GNUstep's, which is one directory for all processes: here a test must not see what another one unloads. With a slash
// at its end, as Apple's has it.

static char directory[512];
static pid_t owner;
static NSString* told;

static void make_directory(void) {
  const char* base = getenv("TMPDIR");
  snprintf(directory, sizeof directory, "%s/ane_stand_in.XXXXXX", base != NULL && base[0] == '/' ? base : "/tmp");
  owner = getpid();
  if (mkdtemp(directory) == NULL) directory[0] = 0;
  told = [[NSString alloc] initWithFormat:@"%s/", directory];
}

__attribute__((visibility("default"))) NSString* NSTemporaryDirectory(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_directory);
  return told;
}

static int forget(const char* path, const struct stat* status, int kind, struct FTW* place) {
  (void)status, (void)kind, (void)place;
  return remove(path);
}

__attribute__((destructor)) static void forget_directory(void) {
  if (directory[0] != 0 && owner == getpid()) nftw(directory, forget, 16, FTW_DEPTH | FTW_PHYS);
}
