# Headquarters are restored from a backup. The site's copy is begun anew, and the site still never goes down.
seed 3
node hq
node pune below hq lane 0/2 sync 5000ms
link pune hq delay 20ms rate 1000000
1000ms ask hq zlib a gives 0
2000ms backup hq
3000ms ask hq zlib b gives 1
9000ms ask pune zlib b gives 1
10000ms restore hq
40000ms ask pune zlib a gives 1.0
41000ms ask pune zlib b gives 1.2
