// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// A message as it is sent, line endings included. Several connections may share its bytes.
package struct EncodedMessage: Sendable {
  private let bytes: ByteBuffer

  package init(_ response: Response) {
    var bytes = ByteBuffer()
    response.writeMessage(to: &bytes)
    self.bytes = bytes
  }

  /// Its length in bytes.
  package var count: Int { bytes.readableBytes }

  /// Appends the message. An empty buffer is replaced, so that the bytes are not copied.
  package func write(to out: inout ByteBuffer) {
    if out.readableBytes == 0 { out = bytes } else { out.writeImmutableBuffer(bytes) }
  }
}
