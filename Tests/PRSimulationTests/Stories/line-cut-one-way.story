# Questions reach headquarters and their answers do not come back. Each builder has an answer within the deadline.
seed 2
node hq
node pune below hq lane 0/2 deadline 2000ms
link pune hq delay 40ms rate 100000
1000ms ask hq glibc a gives 0
2000ms cut hq pune
2500ms ask pune glibc a times 20
3000ms ask pune glibc b times 20
40000ms heal hq pune
90000ms ask pune glibc c
