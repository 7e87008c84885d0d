// SPDX-License-Identifier: Apache-2.0
import PRAssembly
import PRStore

/// Says of a full disk that it is the copy's: the database and its servers go on.
func writingCopy<Value>(to path: String, _ body: () throws -> Value) throws -> Value {
  do {
    return try body()
  } catch StoreError.diskFull {
    throw UserFacingError(
      "the disk of \(path) is full: the copy could not be written; free some space, or name another disk")
  }
}
