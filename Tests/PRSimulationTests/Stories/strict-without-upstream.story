# A node that is to do nothing alone refuses what it does not have, while what it has is answered.
seed 4
node hq
node pune below hq lane 0/2 away strict deadline 1000ms
link pune hq delay 20ms rate 1000000
1000ms ask hq curl a gives 0
2000ms ask pune curl a gives 0
3000ms lose hq
9000ms ask pune curl a gives 0
10000ms ask pune curl b gives refused
20000ms start hq
60000ms ask pune curl b gives 0.0
