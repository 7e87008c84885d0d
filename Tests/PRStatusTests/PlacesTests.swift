// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRStatus

@Suite("Places on a status page")
struct PlacesTests {
  @Test("a crowd without a complete request makes room for the next connection, the longest idle first")
  func idleCrowd() {
    var places = Places<Int>(limit: 6, spare: 2)
    for id in 1...8 { #expect(places.arrive(id) == nil) }
    #expect(places.arrive(9) == 1)
    #expect(places.arrive(10) == 2)
    #expect(places.count == 8)
    #expect(places.begin(10) == true, "it is answered")
    places.end(10)
    places.leave(3)
    #expect(places.arrive(11) == nil)
    #expect(places.arrive(12) == 4)
  }

  @Test("while all places are busy, a few more are answered health checks only")
  func busyCrowd() {
    var places = Places<Int>(limit: 3, spare: 2)
    for id in 1...3 {
      #expect(places.arrive(id) == nil)
      #expect(places.begin(id) == true)
    }
    for id in 4...5 {
      #expect(places.arrive(id) == nil)
      #expect(places.begin(id) == false)
    }
    #expect(places.arrive(6) == 6, "no place at all: it is closed")
    places.leave(6)
    places.end(5)
    #expect(places.arrive(7) == 5)
    places.leave(1)
    places.leave(4)
    #expect(places.begin(7) == true)
  }

  @Test("a connection between two requests keeps its place while nobody wants it")
  func keptAlive() {
    var places = Places<Int>(limit: 2, spare: 1)
    #expect(places.arrive(1) == nil)
    for _ in 0..<5 {
      #expect(places.begin(1) == true)
      places.end(1)
    }
    #expect(places.count == 1)
    places.leave(1)
    places.leave(1)
    #expect(places.count == 0)
  }
}
