// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRWire

extension FuzzTarget {
  /// Sessions of a node with rows in memory. However bytes are cut, they get the same replies; replies are whole, and no
  /// more than there were lines; a session that has ended leaves nothing; another client is served all the while.
  static let session = FuzzTarget("session", length: 2048, milliseconds: 500) { bytes in
    var input = FuzzInput(bytes)
    if input.flag() {
      let cut = input.cut()
      let (whole, pieces) = (try replies(cut.whole), try replies(cut.pieces))
      try require(whole == pieces, "the cut makes \(String(buffer: pieces)) of \(String(buffer: whole))")
    } else {
      try play(&input)
    }
  }

  /// What a client gets that sends bytes and ends its half.
  private static func replies(_ pieces: [ArraySlice<UInt8>]) throws -> ByteBuffer {
    let world = try SessionWorld()
    let client = try world.connect()
    for piece in pieces {
      client.send(ByteBuffer(bytes: piece))
      try world.settle()
    }
    client.endInput()
    try world.pass(milliseconds: 100)
    try world.end()
    return client.received
  }

  /// Two clients, at any times.
  private static func play(_ input: inout FuzzInput) throws {
    let world = try SessionWorld()
    let clients = try [world.connect(), world.connect()]
    while !input.isEmpty {
      let step = input.byte()
      let client = clients[Int(step & 1)]
      switch step >> 1 & 0xF {
      case 0: try world.pass(milliseconds: Int(input.byte()))
      case 1: try world.pass(milliseconds: 1000 * Int(input.byte()))
      case 2: client.endInput()
      case 3: client.fail()
      case 4: client.takes(false)
      case 5: client.takes(true)
      case 6: client.send(ByteBuffer(string: "PRSERVICE 1.0\nneeds-headers: \(step & 0x80 != 0)\n\n"))
      case 7, 8: client.send(request(input.byte(), input.byte()))
      case 9: try world.settle()
      default: client.send(ByteBuffer(bytes: (0...input.number(below: 128)).map { _ in input.byte() }))
      }
    }
    try world.settle()
    for client in clients { try client.check() }
    try world.end()
  }

  private static func request(_ kind: UInt8, _ name: UInt8) -> ByteBuffer {
    let tuple = #""version":"p\#(name & 3)","pkgarch":"a","checksum":"c\#(name >> 2 & 7)""#
    let texts = [
      #"{"get-pr":{\#(tuple)}}"#, #"{"get-pr":{\#(tuple),"history":true}}"#, #"{"test-pr":{\#(tuple)}}"#,
      #"{"import-one":{\#(tuple),"value":"\#(name >> 4)"}}"#, #"{"export":{}}"#, #"{"lookup":{\#(tuple)}}"#,
      #"{"changes":{"after":0,"limit":\#(name),"wait":\#(name & 1)}}"#, #"{"max-package-pr":{\#(tuple)}}"#, "null",
    ]
    return ByteBuffer(string: texts[Int(kind) % texts.count] + "\n")
  }
}
