# A member is given another lane five times, with its server running, down, cut off and reloaded meanwhile. It is one store.
seed 36
watch
node hq
node pune sync 5000ms
node kernel
link pune hq delay 20ms rate 1000000
link kernel pune delay 2ms rate 1000000
1000ms create hq
10000ms join pune below hq
25000ms join kernel below pune
60000ms ask pune p c0 gives 0.0
100000ms relane pune
160000ms ask pune p c1 gives 0.1
170000ms kill pune
180000ms relane pune
200000ms start pune
260000ms ask pune p c2 gives 0.2
270000ms cut hq pune
280000ms relane pune
290000ms relane pune
330000ms heal hq pune
500000ms ask pune p c3 gives 0.4
510000ms relane kernel
510500ms reload kernel
520000ms relane pune
520100ms reload pune
620000ms ask kernel p c4
