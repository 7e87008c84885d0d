// SPDX-License-Identifier: Apache-2.0
import NIOCore
import TestSeed
import Testing

@testable import PRServer

@Suite("Places for connections")
struct ConnectionPlacesTests {
  @Test("a crowd on one listener leaves each other one its share", arguments: [(1, 100), (2, 100), (3, 17), (2, 2000)])
  func shares(listeners: Int, limit: Int) {
    var places = ConnectionPlaces(limit: limit, perAddress: .max, listeners: listeners)
    var crowd = 0
    while places.hasRoom(on: 0) {
      #expect(places.add(on: 0, from: "a") == true)
      crowd += 1
    }
    let share = limit / 2 / listeners
    #expect(crowd == limit - share * (listeners - 1))
    for listener in 0..<listeners where listener > 0 {
      for _ in 0..<share {
        #expect(places.hasRoom(on: listener))
        #expect(places.add(on: listener, from: "a") == true)
      }
      #expect(!places.hasRoom(on: listener))
    }
    #expect(places.total == limit)
  }

  @Test("an address has so many places, on whatever listener, and gets them back")
  func addresses() {
    var places = ConnectionPlaces(limit: 100, perAddress: 3, listeners: 2)
    for listener in [0, 1, 1] { #expect(places.add(on: listener, from: "a") == true) }
    #expect(places.add(on: 0, from: "a") == false)
    #expect(places.add(on: 0, from: "b") == true)
    #expect(places.total == 4)
    for _ in 0..<10 { #expect(places.add(on: 0, from: nil) == true, "a UNIX socket has no address") }
    places.remove(on: 1, from: "a")
    #expect(places.add(on: 0, from: "a") == true)
    #expect(places.add(on: 0, from: "a") == false)
  }

  @Test(
    "whatever comes and goes: a listener below its share has room, and all together stay below the limit",
    arguments: Seed.several(4))
  func random(seed: Seed) {
    var numbers = seed.numbers
    let (limit, listeners) = (Int.random(in: 1...40, using: &numbers), Int.random(in: 1...4, using: &numbers))
    var places = ConnectionPlaces(limit: limit, perAddress: 9, listeners: listeners)
    var open: [(listener: Int, address: String)] = []
    for _ in 0..<2000 {
      let (listener, address) = (
        Int.random(in: 0..<listeners, using: &numbers), "\(Int.random(in: 0..<6, using: &numbers))"
      )
      if Bool.random(using: &numbers), places.hasRoom(on: listener) {
        let count = open.count { $0.address == address }
        #expect(places.add(on: listener, from: address) == (count < 9), "\(seed)")
        if count < 9 { open.append((listener, address)) }
      } else if let gone = open.indices.randomElement(using: &numbers) {
        places.remove(on: open[gone].listener, from: open[gone].address)
        open.remove(at: gone)
      }
      #expect(places.total == open.count && places.total <= limit, "\(seed)")
      for listener in 0..<listeners where open.count(where: { $0.listener == listener }) < limit / 2 / listeners {
        #expect(places.hasRoom(on: listener), "\(seed)")
      }
    }
  }

  @Test(
    "a machine counts by its IPv4 address or by the first 64 bits of its IPv6 address",
    arguments: [
      ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.4", false), ("::ffff:10.1.2.3", "10.1.2.3", true),
      ("2001:db8::1", "2001:db8::2:3:4:5", true), ("2001:db8::1", "2001:db8:0:1::1", false),
    ])
  func machines(one: String, other: String, isSame: Bool) throws {
    let keys = try [one, other].map { try SocketAddress(ipAddress: $0, port: 1).quotaKey }
    #expect((keys[0] == keys[1]) == isSame)
    #expect(try SocketAddress(unixDomainSocketPath: "/s").quotaKey == nil)
  }
}
