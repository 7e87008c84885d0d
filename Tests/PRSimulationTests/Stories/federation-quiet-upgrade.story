# The machines of a federation are started anew one after the other, from the top, and then from the bottom: each is down for ten seconds.
seed 35
watch
node hq
node pune sync 5000ms
node kernel sync 5000ms
node mirror
link pune hq delay 20ms rate 1000000
link kernel pune delay 2ms rate 1000000
1000ms create hq
10000ms join pune below hq
25000ms join kernel below pune
40000ms join mirror below hq mirror
60000ms ask kernel p c0
100000ms kill hq
110000ms start hq
160000ms kill pune
170000ms start pune
220000ms kill kernel
230000ms start kernel
280000ms kill mirror
290000ms start mirror
330000ms ask kernel p c1
400000ms kill kernel
410000ms start kernel
460000ms kill mirror
470000ms start mirror
520000ms kill pune
530000ms start pune
580000ms kill hq
590000ms start hq
700000ms ask kernel p c2
