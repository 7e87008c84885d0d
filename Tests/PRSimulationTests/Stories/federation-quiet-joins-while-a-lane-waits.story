# A member is given another lane while its line is cut, and joins again. The report of its server that was under way is no copy's.
seed 33
watch
node hq
node pune
link pune hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
60000ms ask pune p c0 gives 0.0
100000ms cut hq pune
100000ms cut pune hq
110000ms relane pune
130000ms join pune below hq again
300000ms heal hq pune
300000ms heal pune hq
400000ms ask pune p c1 gives 0.1
