// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// What was written and not yet encrypted: until the next flush, or until the handshake is done.
struct PendingWrites {
  private(set) var pieces: [ByteBuffer] = []
  private(set) var readableBytes = 0
  private var promises: [EventLoopPromise<Void>] = []

  /// Small writes become one record: each costs its sender and its receiver more than copying this.
  private static let smallPiece = 1 << 12

  var isEmpty: Bool { pieces.isEmpty }

  mutating func append(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
    readableBytes += bytes.readableBytes
    if let promise { promises.append(promise) }
    if let last = pieces.last, last.readableBytes + bytes.readableBytes <= Self.smallPiece {
      pieces[pieces.count - 1].writeImmutableBuffer(bytes)
    } else {
      pieces.append(bytes)
    }
  }

  /// Forgets the pieces, which were encrypted.
  ///
  /// - Returns: a promise that stands for all that were given.
  mutating func take(on loop: any EventLoop) -> EventLoopPromise<Void>? {
    pieces.removeAll(keepingCapacity: readableBytes <= Self.smallPiece)
    readableBytes = 0
    defer { promises.removeAll() }
    guard promises.count > 1 else { return promises.first }
    let one = loop.makePromise(of: Void.self)
    one.futureResult.whenComplete { [promises] result in
      for promise in promises { promise.completeWith(result) }
    }
    return one
  }

  /// Forgets everything; nothing of it will be sent.
  mutating func fail(_ error: any Error) {
    let promises = promises
    self = PendingWrites()
    for promise in promises { promise.fail(error) }
  }
}
