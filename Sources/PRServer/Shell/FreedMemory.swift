// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// Gives memory back to the operating system after a peak: the allocator keeps the pages of freed buffers otherwise.
final class FreedMemory: Sendable {
  private let peak = Atomic(0)

  /// A peak below this is not worth the walk through the heap.
  private static let largePeak = 32 << 20

  init() {}

  /// Notes how many bytes are in use. When they are a quarter of their peak, the rest is given back.
  func note(_ bytes: Int) {
    let highest = peak.load(ordering: .relaxed)
    if bytes > highest { return peak.store(bytes, ordering: .relaxed) }
    guard highest >= Self.largePeak, bytes < highest / 4 else { return }
    guard peak.compareExchange(expected: highest, desired: bytes, ordering: .relaxed).exchanged else { return }
    // A moment later, on a thread that no request waits for: the buffers themselves are freed after they are counted.
    DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + .seconds(1)) { Self.giveBack() }
  }

  #if canImport(Glibc)
    /// malloc_trim(3), which the module map of the C library leaves out; nil on other C libraries.
    private static let trim: (@convention(c) @Sendable (Int) -> CInt)? = dlsym(nil, "malloc_trim").map {
      unsafeBitCast($0, to: (@convention(c) @Sendable (Int) -> CInt).self)
    }

    private static func giveBack() { _ = trim?(0) }
  #else
    private static func giveBack() {}
  #endif
}
