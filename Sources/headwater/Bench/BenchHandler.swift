// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Histogram
import NIOCore
import PRWire

/// What all connections of a bench share. They live on one event loop.
final class BenchRecorder {
  private(set) var histogram = Histogram<UInt64>(
    highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three)
  private(set) var replies = 0
  /// The first reply that was no value.
  var problem: String?
  var isCounting = false
  var isRunning = true

  func record(_ nanoseconds: UInt64) {
    guard isCounting else { return }
    histogram.record(nanoseconds)
    replies += 1
  }
}

/// One connection in a closed loop: for each reply that comes in, a request goes out.
final class BenchHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let recorder: BenchRecorder
  private let inFlight: Int
  private let workload: BenchWorkload
  private let writeRequest: (inout ByteBuffer) -> Void
  private var framer = LineFramer(limit: 1 << 20)
  private var assembler = MessageAssembler(limit: 64 << 20)
  /// When the open requests left.
  private var departures: CircularBuffer<UInt64> = []

  init(
    recorder: BenchRecorder, inFlight: Int, workload: BenchWorkload,
    writeRequest: @escaping (inout ByteBuffer) -> Void
  ) {
    self.recorder = recorder
    self.inFlight = inFlight
    self.workload = workload
    self.writeRequest = writeRequest
  }

  func channelActive(context: ChannelHandlerContext) {
    var hello = context.channel.allocator.buffer(capacity: 64)
    Handshake.request(Headers([("needs-headers", "false")]), into: &hello)
    context.write(wrapOutboundOut(hello), promise: nil)
    send(inFlight, context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    framer.append(unwrapInboundIn(data))
    let now = DispatchTime.now().uptimeNanoseconds
    var replies = 0
    while let message = nextMessage() {
      guard let departure = departures.popFirst() else { continue }
      recorder.record(now - departure)
      replies += 1
      if !workload.isAnswered(by: message.readableBytesView) { recorder.problem = String(buffer: message) }
    }
    if recorder.isRunning, recorder.problem == nil, replies > 0 { send(replies, context) }
  }

  private func nextMessage() -> ByteBuffer? {
    do throws(WireError) {
      while let line = try framer.next() {
        if let message = try assembler.accept(line) { return message }
      }
      return nil
    } catch {
      recorder.problem = error.description
      return nil
    }
  }

  private func send(_ count: Int, _ context: ChannelHandlerContext) {
    var bytes = context.channel.allocator.buffer(capacity: count * 192)
    let now = DispatchTime.now().uptimeNanoseconds
    for _ in 0..<count {
      writeRequest(&bytes)
      departures.append(now)
    }
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    if recorder.isRunning, recorder.problem == nil { recorder.problem = "the server closed the connection" }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    recorder.problem = "\(error)"
    context.close(promise: nil)
  }
}
