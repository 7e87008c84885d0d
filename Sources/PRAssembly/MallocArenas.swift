// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The arenas of the C library's allocator.
///
/// glibc gives threads arenas of their own, up to eight for each processor. A store's work is done by threads that come and go, so that a page
/// cache that is filled by one thread and freed by another stays in the arena of the first, and each arena grows to the greatest that it
/// ever held. With one arena freed memory is used again, whichever thread asks.
package enum MallocArenas {
  /// Makes all threads use one. To be called before there are many.
  package static func useOne() {
    // An operator who sets their number measures something.
    guard getenv("MALLOC_ARENA_MAX") == nil, getenv("GLIBC_TUNABLES") == nil else { return }
    #if canImport(Glibc)
      // The module map of the C library leaves mallopt(3) out; other C libraries have no arenas.
      typealias Option = @convention(c) (CInt, CInt) -> CInt
      guard let address = dlsym(nil, "mallopt") else { return }
      _ = unsafeBitCast(address, to: Option.self)(arenaMax, 1)
    #endif
  }

  /// `M_ARENA_MAX` of malloc.h
  private static let arenaMax: CInt = -8
}
