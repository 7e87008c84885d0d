# The machine in the middle is gone and says nothing. The team below numbers on within its deadline.
seed 5
node hq
node pune below hq lane 0/2 sync 5000ms
node kernel below pune lane 0/3 sync 5000ms deadline 3000ms
link pune hq delay 80ms rate 1000000
link kernel pune delay 1ms rate 10000000
1000ms ask hq linux a gives 0
9000ms ask kernel linux a gives 0
10000ms lose pune
10500ms ask kernel linux b gives 0.0.0
90000ms start pune
150000ms ask pune linux c gives 0.0
200000ms ask kernel linux c gives 0.0.3
