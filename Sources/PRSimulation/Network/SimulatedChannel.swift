// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// The end of a simulated connection, as a channel for the handlers of a program.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
final class SimulatedChannel: Channel, ChannelCore, @unchecked Sendable {
  let eventLoop: any EventLoop
  let allocator = ByteBufferAllocator()
  let remoteAddress: SocketAddress?
  private let end: SimulatedConnection.End
  private let allowsHalfClosure: Bool
  private let closed: EventLoopPromise<Void>
  // The pipeline needs the channel: it is there from the end of `init` on.
  private var chain: ChannelPipeline! = nil
  private(set) var isActive = false
  private var isOpen = true
  private(set) var isWritable = true

  private var unsent = MarkedCircularBuffer<(ByteBuffer, EventLoopPromise<Void>?)>(initialCapacity: 4)
  private var unsentBytes = 0
  private var arrived = CircularBuffer<ByteBuffer>()
  private var hasEnded = false
  private var isReadWanted = false
  private var isReading = false

  /// NIO's own marks for a socket.
  private static let (highMark, lowMark) = (64 << 10, 32 << 10)
  private static let largestRead = 32 << 10

  /// - Parameter allowsHalfClosure: the other end may end its half first.
  init(_ end: SimulatedConnection.End, on loop: any EventLoop, from address: SocketAddress?, allowsHalfClosure: Bool) {
    self.end = end
    eventLoop = loop
    remoteAddress = address
    self.allowsHalfClosure = allowsHalfClosure
    closed = loop.makePromise()
    chain = ChannelPipeline(channel: self)
    end.receive = { [unowned self] in receive($0) }
  }

  /// The handlers are there: the channel is registered, active, and reads.
  func begin() {
    pipeline.syncOperations.fireChannelRegistered()
    isActive = true
    pipeline.syncOperations.fireChannelActive()
    if isOpen { pipeline.syncOperations.read() }
  }

  /// Its process is killed: nothing is sent or heard any more, and its handlers are gone.
  func kill(isMachineLost: Bool) {
    if isMachineLost { end.vanish() }
    close0(error: ChannelError.eof, mode: .all, promise: nil)
  }

  // MARK: From the other end

  private func receive(_ arrival: SimulatedConnection.Arrival) {
    switch arrival {
    case .bytes(let bytes): arrived.append(bytes)
    case .end: hasEnded = true
    case .room: return pump()
    case .reset:
      guard isOpen else { return }
      pipeline.syncOperations.fireErrorCaught(IOError(errnoCode: 104, reason: "read"))
      return close0(error: ChannelError.eof, mode: .all, promise: nil)
    }
    deliver()
  }

  private func deliver() {
    guard isReadWanted, !isReading, isOpen, isActive, !arrived.isEmpty || hasEnded else { return }
    isReadWanted = false
    isReading = true
    if var bytes = arrived.popFirst() {
      if bytes.readableBytes > Self.largestRead, let part = bytes.readSlice(length: Self.largestRead) {
        arrived.prepend(bytes)
        bytes = part
      }
      end.took(bytes.readableBytes)
      pipeline.syncOperations.fireChannelRead(NIOAny(bytes))
    } else {
      hasEnded = false
      guard allowsHalfClosure else { return close0(error: ChannelError.eof, mode: .all, promise: nil) }
      pipeline.syncOperations.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }
    if isOpen { pipeline.syncOperations.fireChannelReadComplete() }
    isReading = false
    guard isOpen else { return }
    pipeline.syncOperations.read()
    if isReadWanted, !arrived.isEmpty || hasEnded { eventLoop.execute { self.deliver() } }
  }

  // MARK: To the other end

  private func pump() {
    while isOpen, unsent.hasMark, let first = unsent.first {
      guard first.0.readableBytes <= end.room || end.room >= Self.highMark else { break }
      var (bytes, promise) = unsent.removeFirst()
      if bytes.readableBytes > end.room, let part = bytes.readSlice(length: end.room) {
        // The rest goes first when there is room.
        end.send(part)
        unsentBytes -= part.readableBytes
        rest(bytes, promise)
        break
      }
      end.send(bytes)
      unsentBytes -= bytes.readableBytes
      promise?.succeed()
    }
    guard isOpen, !isWritable, unsentBytes < Self.lowMark else { return }
    isWritable = true
    pipeline.syncOperations.fireChannelWritabilityChanged()
  }

  private func rest(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
    var others = MarkedCircularBuffer<(ByteBuffer, EventLoopPromise<Void>?)>(initialCapacity: unsent.count + 1)
    others.append((bytes, promise))
    others.mark()
    while unsent.hasMark {
      others.append(unsent.removeFirst())
      others.mark()
    }
    while !unsent.isEmpty { others.append(unsent.removeFirst()) }
    unsent = others
  }

  // MARK: Channel

  var closeFuture: EventLoopFuture<Void> { closed.futureResult }
  var pipeline: ChannelPipeline { chain }
  var localAddress: SocketAddress? { nil }
  var parent: (any Channel)? { nil }
  var _channelCore: any ChannelCore { self }

  func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
    eventLoop.makeSucceededVoidFuture()
  }

  func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
    eventLoop.makeCompletedFuture { try Options(channel: self).getOption(option) }
  }

  var syncOptions: (any NIOSynchronousChannelOptions)? { Options(channel: self) }

  private struct Options: NIOSynchronousChannelOptions {
    let channel: SimulatedChannel

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) {}

    func getOption<Option: ChannelOption>(_ option: Option) throws -> Option.Value {
      let value: Any? =
        switch option {
        case is ChannelOptions.Types.AutoReadOption: true
        case is ChannelOptions.Types.AllowRemoteHalfClosureOption: channel.allowsHalfClosure
        case is ChannelOptions.Types.BufferedWritableBytesOption: channel.unsentBytes
        default: nil
        }
      guard let value = value as? Option.Value else { throw ChannelError.operationUnsupported }
      return value
    }
  }

  // MARK: ChannelCore

  func localAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }

  func remoteAddress0() throws -> SocketAddress {
    guard let remoteAddress else { throw ChannelError.operationUnsupported }
    return remoteAddress
  }

  func register0(promise: EventLoopPromise<Void>?) { promise?.succeed() }

  func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) { promise?.succeed() }

  func bind0(to address: SocketAddress, promise: EventLoopPromise<Void>?) {
    promise?.fail(ChannelError.operationUnsupported)
  }

  func connect0(to address: SocketAddress, promise: EventLoopPromise<Void>?) {
    promise?.fail(ChannelError.operationUnsupported)
  }

  func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard isOpen else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    let bytes = unwrapData(data, as: ByteBuffer.self)
    unsent.append((bytes, promise))
    unsentBytes += bytes.readableBytes
    guard isWritable, unsentBytes > Self.highMark else { return }
    isWritable = false
    pipeline.syncOperations.fireChannelWritabilityChanged()
  }

  func flush0() {
    unsent.mark()
    pump()
  }

  func read0() {
    isReadWanted = true
    if !isReading, !arrived.isEmpty || hasEnded { eventLoop.execute { self.deliver() } }
  }

  func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard isOpen, mode == .all else {
      promise?.fail(isOpen ? ChannelError.operationUnsupported : ChannelError.alreadyClosed)
      return
    }
    let wasActive = isActive
    (isOpen, isActive) = (false, false)
    end.close()
    while let (_, lost) = unsent.popFirst() { lost?.fail(ChannelError.ioOnClosedChannel) }
    promise?.succeed()
    if wasActive { pipeline.syncOperations.fireChannelInactive() }
    pipeline.syncOperations.fireChannelUnregistered()
    eventLoop.execute {
      self.removeHandlers(pipeline: self.pipeline)
      self.closed.succeed()
    }
  }

  func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
    promise?.fail(ChannelError.operationUnsupported)
  }

  func channelRead0(_ data: NIOAny) {}

  func errorCaught0(error: any Error) {}
}
