"""Registration: the transform retouched → original, its residual, and how far to trust it.

Method: rooted SIFT (Arandjelović & Zisserman 2012) on locally contrast-normalised grey, nearest-neighbour
ratio, RANSAC similarity, then a least-squares fit on the inliers. An affine fit tells a stretched picture,
the same search on the mirrored retouch tells a mirrored one. Genuine retouches give hundreds of inliers at
a fraction of a pixel; a picture that was drawn anew gives fewer than twenty (measured on vendors' pairs).
"""

from fidelity.registration.register import Registration, register

__all__ = ["Registration", "register"]
