// SPDX-License-Identifier: Apache-2.0
// A library that is preloaded into a program, and makes calls of the program to the system fail or answer otherwise.
//
// FAULT_CONTROL names a file of FAULT_WORDS words of 64 bits, which the library maps and a test writes while the program
// runs. FAULT_FOLDER names the folder whose files the faults are for.
#ifndef FAULT_SHIM_H
#define FAULT_SHIM_H

enum {
  // Nanoseconds that are added to the wall clock.
  FAULT_WALL = 0,
  // The errno that a call fails with; FAULT_SHORT for writes that take a part of what they are given; 0 for none.
  FAULT_ERROR = 1,
  // The calls that are meant, see below.
  FAULT_CALLS = 2,
  // So many of these calls succeed first.
  FAULT_SKIP = 3,
  // So many fail then.
  FAULT_TIMES = 4,
  // How many calls were meant so far, and how many of them failed. Both are counted by the library.
  FAULT_SEEN = 5,
  FAULT_FAILED = 6,
  FAULT_WORDS = 8
};

enum { FAULT_SHORT = -1 };

enum {
  FAULT_WRITE = 1,
  FAULT_SYNC = 2,
  FAULT_OPEN = 4,
  FAULT_TRUNCATE = 8,
  FAULT_READ = 16,
  FAULT_RENAME = 32,
  FAULT_UNLINK = 64,
  FAULT_MAP = 128,
  // Memory that SQLite's library asks for.
  FAULT_ALLOCATE = 256
};

#endif
