# A member is given another lane, and joins again at that moment. Its command and its server report one after the other with the old lane:
# the later report is no copy's.
seed 358
watch
node hq
node a deadline 3000ms
node b deadline 3000ms
link a hq delay 1ms jitter 20ms rate 10000000 loss 0 splits
link b a delay 20ms rate 10000000
link b hq delay 20ms rate 10000000
500ms create hq lanes 256
1500ms join a below hq
12000ms join b below a
90177ms relane a
90417ms join a below hq again
111253ms ask hq p c
