# BitBake's own server stands at the top. A site adopts its values, and numbers what it does not have.
node hq stock
node pune below hq lane 0/2 sync 5000ms
link pune hq delay 20ms rate 1000000
1000ms ask hq zlib a gives 0
1100ms ask hq zlib b gives 1
2000ms ask pune zlib b gives 1
2100ms ask pune zlib c gives 1.0
3000ms kill hq
3100ms ask pune zlib c gives 1.0
3200ms ask pune zlib d gives 1.2
9000ms start hq
9100ms ask hq zlib e gives 2
60000ms ask pune zlib e gives 2
60100ms ask hq zlib a gives 3
