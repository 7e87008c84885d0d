# A site whose line is cut numbers on below what it has copied, and nothing is given twice when the line is back.
seed 1
node hq
node pune below hq lane 0/2 sync 5000ms deadline 1000ms
link pune hq delay 80ms jitter 10ms rate 100000
1000ms ask hq busybox a gives 0
9000ms ask pune busybox a gives 0
10000ms cut hq pune
10000ms cut pune hq
11000ms ask pune busybox b gives 0.0
12000ms ask hq busybox b gives 1
20000ms heal hq pune
20000ms heal pune hq
60000ms ask pune busybox b gives 0.0
61000ms ask pune busybox c gives 1.0
